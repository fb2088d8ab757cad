import Gateway
import ProjectTemplate
import SpawnFCGI

// A tool that this program takes the place of: by its first word, or by the name of a link to it.
let tools = ["fcgiwrap", "spawn-fcgi"]
var words = Gateway.arguments[...]
let name = words.popFirst()?.split(separator: "/").last.map(String.init) ?? ""
let tool = tools.contains(name) ? name : tools.contains(words.first ?? "") ? words.removeFirst() : nil

switch tool {
case "fcgiwrap": Gateway.runCGIResponder(Array(words))
case "spawn-fcgi": SpawnFCGI.main(Array(words))
case _ where words.first == "new": NewProject.main(Array(words.dropFirst()))
default: Gateway.main()
}
