"""The database: models, migrations and the only code that knows them. Values go in and out, rows do not."""
