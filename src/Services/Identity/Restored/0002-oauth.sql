-- What was used up or withdrawn since the backup would be good again.
DELETE FROM oauth_tokens;
DELETE FROM oauth_asks;
UPDATE oauth_grants SET status = 'revoked';
