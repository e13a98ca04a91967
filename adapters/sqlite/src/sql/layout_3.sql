-- Layout 3. Projections look rows of other projections up.

-- A row of another projection, as the projection that looks it up keeps it for itself.
CREATE TABLE cqrs_lookup_rows (
    projection INTEGER NOT NULL,  -- cqrs_projections.id of the projection that looks it up
    key        TEXT NOT NULL,     -- the other projection's table, and the row's key
    cells      TEXT NOT NULL,     -- a JSON list of the row's cells, without the key's
    PRIMARY KEY (projection, key)
) STRICT, WITHOUT ROWID;
