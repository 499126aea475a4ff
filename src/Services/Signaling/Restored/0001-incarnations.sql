-- A page may have seen more of a call's log than was restored: its cursor must not be taken for one of this log's.
UPDATE calls SET incarnation = '$LIFE$';
