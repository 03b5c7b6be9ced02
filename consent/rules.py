"""Who may see and record consent."""

from portal.core.access import permit
from portal.core.roles import Role, Scope

permit("consent.view", Role.PRIVACY_OFFICER, Role.AUDITOR, Scope.CONSENT_READ)
permit("consent.record", Role.PRIVACY_OFFICER, Scope.CONSENT_WRITE)
permit("consent.confirm", Role.PRIVACY_OFFICER)
permit("consent.configure", Role.PRIVACY_OFFICER, Role.ADMINISTRATOR)
permit("holds.view", Role.PRIVACY_OFFICER, Role.AUDITOR, Role.MANAGER, Role.ADMINISTRATOR, Scope.CONSENT_READ)
permit("holds.change", Role.PRIVACY_OFFICER)
permit("retention.view", Role.PRIVACY_OFFICER, Role.AUDITOR, Role.MANAGER, Role.ADMINISTRATOR, Scope.CONSENT_READ)
permit("retention.change", Role.PRIVACY_OFFICER)
permit("requests.list", Role.PRIVACY_OFFICER, Role.AUDITOR, Role.MANAGER, Scope.REQUESTS_READ)
permit("requests.view", Role.PRIVACY_OFFICER, Role.AUDITOR, Scope.REQUESTS_READ)
permit("requests.receive", Role.PRIVACY_OFFICER, Scope.REQUESTS_WRITE)
permit("requests.act", Role.PRIVACY_OFFICER)
