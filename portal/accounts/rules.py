"""Who may manage people, teams and keys."""

from portal.core.access import permit
from portal.core.roles import Role

permit("accounts.team_view", *Role)
permit("accounts.api_key_manage", Role.ADMINISTRATOR)
permit("accounts.membership_manage", Role.ADMINISTRATOR)
permit("core.ledger_view", Role.AUDITOR, Role.PRIVACY_OFFICER, Role.MANAGER, Role.APPROVER, Role.ADMINISTRATOR)
