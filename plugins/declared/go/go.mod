module ffigates/declared

go 1.22
