"""The settings of django-allauth for this part. Settings import this module: it imports nothing."""

SETTINGS = {
    "ACCOUNT_ADAPTER": "galley.second_factor.adapters.AccountAdapter",
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    # Those of `galley.rate_limits` hold for codes, too.
    "ACCOUNT_RATE_LIMITS": False,
    "MFA_ADAPTER": "galley.second_factor.adapters.SecondFactorAdapter",
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "MFA_FORMS": {
        "authenticate": "galley.second_factor.forms.CodeForm",
        "reauthenticate": "galley.second_factor.forms.CodeAgainForm",
    },
    # Clocks of phones differ by some seconds: the codes before and after the present one are taken too.
    "MFA_TOTP_TOLERANCE": 1,
}
