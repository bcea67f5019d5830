module canarytargets

go 1.21
