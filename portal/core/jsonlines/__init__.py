"""Objects one a line, from files and request bodies: numbered, bounded in memory, renamed, rejected one by one."""
