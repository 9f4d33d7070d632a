"""SQL that refuses identifiers of parties with wrong check digits, and unknown countries. Used by 0002_promises."""

# The check digits are those of `rights.identifiers`. Each function is asked by a constraint, so it reads nothing but its
# argument. CASE: a text of another form has no digits.
IDENTIFIERS = """
CREATE FUNCTION rights_is_isni(code text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT RETURN CASE
    WHEN code ~ '^[0-9]{15}[0-9X]$' THEN right(code, 1) = substr('0123456789X', 1 + (12 - (
        SELECT sum(substr(code, n, 1)::int * (1 << (16 - n))) FROM generate_series(1, 15) n
    )::int % 11) % 11, 1)
    ELSE false END;

CREATE FUNCTION rights_is_ipi(code text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT RETURN CASE
    WHEN code ~ '^[0-9]{11}$' THEN code <> '00000000000' AND right(code, 2)::int = (101 - (
        SELECT sum(substr(code, n, 1)::int * (11 - n)) FROM generate_series(1, 9) n
    )::int % 101) % 101 % 100
    ELSE false END;

CREATE FUNCTION rights_is_dpid(code text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    symbols CONSTANT text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    checked int := 36;
BEGIN
    IF code !~ '^PADPIDA[0-9A-Z]{11}$' THEN
        RETURN false;
    END IF;
    FOR place IN 1..17 LOOP
        checked := (checked + strpos(symbols, substr(code, place, 1)) - 1) % 36;
        checked := CASE checked WHEN 0 THEN 36 ELSE checked END * 2 % 37;
    END LOOP;
    RETURN right(code, 1) = substr(symbols, 1 + (37 - checked) % 36, 1);
END $$;

-- They are strict, so a party can have none.
ALTER TABLE rights_party
ADD CONSTRAINT an_isni_has_its_check_digit CHECK (public.rights_is_isni(isni)),
ADD CONSTRAINT an_ipi_has_its_check_digits CHECK (public.rights_is_ipi(ipi)),
ADD CONSTRAINT a_dpid_has_its_check_character CHECK (public.rights_is_dpid(dpid));

ALTER TABLE rights_grant ADD CONSTRAINT a_grant_is_for_a_country_or_all
CHECK (country = '' OR public.accounts_is_country(country));
ALTER TABLE rights_agreementscope ADD CONSTRAINT a_scope_is_for_a_country_or_all
CHECK (country = '' OR public.accounts_is_country(country));
ALTER TABLE rights_clearance ADD CONSTRAINT a_clearance_is_for_a_country_or_all
CHECK (territory = '' OR public.accounts_is_country(territory));
ALTER TABLE rights_acceptance ADD CONSTRAINT accepted_in_a_country
CHECK (country = '' OR public.accounts_is_country(country));
"""
DROP_IDENTIFIERS = """
ALTER TABLE rights_acceptance DROP CONSTRAINT accepted_in_a_country;
ALTER TABLE rights_clearance DROP CONSTRAINT a_clearance_is_for_a_country_or_all;
ALTER TABLE rights_agreementscope DROP CONSTRAINT a_scope_is_for_a_country_or_all;
ALTER TABLE rights_grant DROP CONSTRAINT a_grant_is_for_a_country_or_all;
ALTER TABLE rights_party DROP CONSTRAINT a_dpid_has_its_check_character,
DROP CONSTRAINT an_ipi_has_its_check_digits, DROP CONSTRAINT an_isni_has_its_check_digit;
DROP FUNCTION rights_is_dpid(text);
DROP FUNCTION rights_is_ipi(text);
DROP FUNCTION rights_is_isni(text);
"""
