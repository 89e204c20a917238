"""Finding and driving Terraform: stock binary, stock provider, the environment's own files."""
