import Gateway

Gateway.main()
