-- What says that records do not prove themselves is kept as numbers and names, to be told in any language. What was kept as words stays.
UPDATE findings SET evidence = JSON_OBJECT('of', 'words', 'words', evidence) WHERE evidence IS NOT NULL;

-- The bills of a replay name the table that they were found in, not its day: one that was not confirmed has to be made again.
UPDATE replays SET state = 'error', message = 'made before an update: replay again' WHERE state = 'ready';
