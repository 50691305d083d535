"""How dates are written, by language, where Django's own way isn't ours (`FORMAT_MODULE_PATH`)."""
