import Gateway

Gateway.main(workerClass: hummingbirdClass(makeRouter))
