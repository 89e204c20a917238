"""Makes the typed bindings from the provider's own schema: `python -m generator.schema`."""
