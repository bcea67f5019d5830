module puppet

go 1.19
