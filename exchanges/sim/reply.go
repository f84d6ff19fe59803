package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// object is a JSON object in the making.
type object = map[string]any

// marshal writes JSON.
func marshal(body any) []byte {
	text, err := json.Marshal(body)
	if err != nil {
		panic("sim: " + err.Error()) // the bodies are built here, of plain values
	}
	return text
}

// readJSON reads a text that was written here.
func readJSON(text json.RawMessage, into any) {
	if err := json.Unmarshal(text, into); err != nil {
		panic("sim: " + err.Error())
	}
}

// writeJSON answers with a status and a body.
func writeJSON(w http.ResponseWriter, status int, body any) {
	text := marshal(body)
	setHeader(w, "Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(text) //nolint:gosec // JSON, and told to be: nothing runs it
}

// writePage answers as the web server in front of an exchange does, when a
// request does not get as far as the API.
func writePage(w http.ResponseWriter, status int) {
	setHeader(w, "Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<html>\n<head><title>%[1]d %[2]s</title></head>\n<body><center><h1>%[1]d %[2]s</h1></center></body>\n</html>\n",
		status, http.StatusText(status))
}
