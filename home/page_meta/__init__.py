"""What search engines and sharing services are told about a page."""
