module fficanary

go 1.21
