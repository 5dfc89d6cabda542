"""What Alembic runs: the migrations on the connection, and in the transaction, that kb/ledger/migrate.py opened."""

from alembic import context

from kb.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
