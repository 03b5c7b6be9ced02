"""Taking conversations in: validated records become sealed rows, batch by batch."""

from assistants.services.intake.batches import IntakeReport, conversations_intake

__all__ = ["IntakeReport", "conversations_intake"]
