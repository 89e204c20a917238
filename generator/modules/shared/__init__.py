"""What several modules are made of: variables, roles, tables and helpers with one meaning everywhere."""
