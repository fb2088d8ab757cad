// Server-sent events, and a page that shows them.

import Gateway

let page = """
    <!DOCTYPE html><meta charset="utf-8"><title>Events</title>
    <h1 id="now">…</h1><ol id="list"></ol>
    <script>
    const events = new EventSource("/events");
    events.addEventListener("tick", event => {
        document.getElementById("now").textContent = event.data;
        const line = document.createElement("li");
        line.textContent = event.lastEventId + ": " + event.data;
        document.getElementById("list").prepend(line);
    });
    </script>
    """

/// A tick every second, from the number after the one that a client has seen last.
func ticks(_ request: Request) -> Response {
    let seen = request.environ["HTTP_LAST_EVENT_ID"].flatMap { Int($0) } ?? 0
    return .events { events in
        try await events.retry(milliseconds: 2000)
        var number = max(0, min(seen, 1 << 40))
        while true {
            number += 1
            try await events.send("tick \(number)", event: "tick", id: "\(number)")
            try await Task.sleep(for: .seconds(1))
        }
    }
}

Gateway.main { request in
    switch request.path {
    case "/": Response(page, contentType: "text/html; charset=utf-8")
    case "/events": ticks(request)
    default: throw HTTPError(.notFound)
    }
}
