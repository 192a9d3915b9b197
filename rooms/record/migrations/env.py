"""What Alembic runs: `migrate.upgrade` hands over a connection that is alone with the tables."""

from alembic import context

from rooms.record.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
