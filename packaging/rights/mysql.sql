-- The account of Tallyhouse in MySQL or MariaDB: its own database, and nothing else. PASSWORD: one of your own.
-- Tables are made and dropped every day, hence CREATE, ALTER, DROP and INDEX; REFERENCES is for the foreign keys of its schema.
CREATE DATABASE tallyhouse CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER 'tallyhouse'@'%' IDENTIFIED BY 'PASSWORD';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES ON tallyhouse.* TO 'tallyhouse'@'%';
