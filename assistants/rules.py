"""Who may see and change assistants and conversations."""

from portal.core.access import permit
from portal.core.roles import Role, Scope

permit("assistants.view", *Role, Scope.ASSISTANTS_READ)
permit("assistants.change", Role.ADMINISTRATOR, Role.MANAGER)
permit("assistants.approve", Role.APPROVER)
permit("conversations.view", Role.REVIEWER, Role.APPROVER, Role.PRIVACY_OFFICER, Role.AUDITOR)
permit("conversations.intake", Role.ADMINISTRATOR, Scope.CONVERSATIONS_WRITE)
permit("datasets.view", *Role, Scope.ASSISTANTS_READ)
permit("datasets.change", Role.MANAGER, Role.ADMINISTRATOR)
permit("datasets.fill", Role.MANAGER, Role.ADMINISTRATOR, Scope.DATASETS_WRITE)
