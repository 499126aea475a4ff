-- Whoever took these may stand before the moment at which it did; who stands after it knows the event by its id.
UPDATE outbox SET state = 'ready', due_at = 0, attempts = 0 WHERE state = 'delivered';
