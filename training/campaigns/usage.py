"""Whether anything still refers to a row: what nothing uses may be deleted."""

from collections.abc import Collection

import sqlalchemy as sa

from training.db import Base, db


def is_used(
    kind: type[Base], ids: Collection[int], *, except_by: frozenset[str] = frozenset()
) -> bool:
    """Tell whether a row of any feature refers to a row of that kind and one of these ids.

    Asked of every foreign key that the tables know, so that a new feature is asked too.

    :param except_by: names of tables whose rows belong to it and go with it.
    """
    key = kind.__table__.c.id
    asked = [
        sa.exists().where(foreign.parent.in_(ids))
        for table in db.metadata.sorted_tables
        if table.name not in except_by
        for foreign in table.foreign_keys
        if foreign.column is key
    ]
    return bool(db.session.scalar(sa.select(sa.or_(sa.false(), *asked))))
