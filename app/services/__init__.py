"""The rules of the service, one module per subject."""
