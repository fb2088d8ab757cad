import Gateway
import SpawnFCGI

if let arguments = SpawnFCGI.arguments(of: CommandLine.arguments) { SpawnFCGI.main(arguments) }
Gateway.main()
