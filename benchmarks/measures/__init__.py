"""What is measured: each module gives the rows of the table for one thing people wait for, with `rows(quick)`."""
