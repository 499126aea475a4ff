-- Whose grant was ended since the backup, or from whom a visit was kept, would come in again: staff look at the grants and make new links.
UPDATE links SET revoked_at = expires_at WHERE proxy IS NOT NULL AND revoked_at IS NULL;
