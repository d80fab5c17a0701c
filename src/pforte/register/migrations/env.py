"""What Alembic runs for each command: the caller's connection, inside the caller's transaction."""

from alembic import context

from pforte.register.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=False,  # the caller's transaction holds all of it
    render_as_batch=True,
)
context.run_migrations()
