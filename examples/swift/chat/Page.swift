/// The page of the chat.
let page = """
    <!DOCTYPE html><meta charset="utf-8"><title>Chat</title>
    <form><input autofocus> <button>Say</button></form><pre></pre>
    <script>
    const show = line => document.querySelector("pre").textContent += line + "\\n";
    let socket;
    function connect() {
        socket = new WebSocket(location.origin.replace("http", "ws") + "/chat");
        socket.onmessage = message => show(message.data);
        socket.onclose = () => setTimeout(connect, 1000);
    }
    document.querySelector("form").onsubmit = event => {
        event.preventDefault();
        const input = document.querySelector("input");
        if (input.value) socket.send(input.value);
        input.value = "";
    };
    connect();
    </script>
    """
