-- What was taken away since the backup, as from a lost device, would open visits again: patients come by their links and make new ones.
DELETE FROM patient_passkeys;
