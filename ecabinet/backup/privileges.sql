-- What other accounts were permitted in the schema that was put aside, they are permitted in the one that takes its place:
-- in the schema itself, on each table and sequence of the same name, and on what migrations will still make.
-- The name `replaced_schema` is filled in before this runs.
DO $$
DECLARE
    former regnamespace := 'replaced_schema'::regnamespace;
    given record;
BEGIN
    FOR given IN
        WITH kept (beginning, thing, owner, rights) AS (
            SELECT '', 'SCHEMA public', nspowner, nspacl
            FROM pg_catalog.pg_namespace
            WHERE oid = former
            UNION ALL
            SELECT
                '', CASE former_one.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END || format(' public.%I', relname),
                former_one.relowner, former_one.relacl
            FROM pg_catalog.pg_class AS former_one
            JOIN pg_catalog.pg_class AS present USING (relname, relkind)
            WHERE former_one.relnamespace = former AND present.relnamespace = 'public'::regnamespace
                AND relkind IN ('r', 'p', 'v', 'S')
            UNION ALL
            SELECT
                'ALTER DEFAULT PRIVILEGES IN SCHEMA public ',
                CASE defaclobjtype WHEN 'S' THEN 'SEQUENCES' ELSE 'TABLES' END, defaclrole, defaclacl
            FROM pg_catalog.pg_default_acl
            JOIN pg_catalog.pg_roles ON pg_roles.oid = defaclrole AND rolname = current_user
            WHERE defaclnamespace = former AND defaclobjtype IN ('r', 'S')
        )
        SELECT
            beginning || 'GRANT ' || one.privilege_type || ' ON ' || thing || ' TO '
            || CASE one.grantee WHEN 0 THEN 'PUBLIC' ELSE one.grantee::regrole::text END AS statement
        FROM kept, pg_catalog.aclexplode(rights) AS one
        WHERE one.grantee <> owner
    LOOP
        EXECUTE given.statement;
    END LOOP;
END
$$;
