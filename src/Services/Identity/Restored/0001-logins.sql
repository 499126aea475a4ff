-- Who was signed out or dismissed since the backup would be signed in again.
DELETE FROM logins;
