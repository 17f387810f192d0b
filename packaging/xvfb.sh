#!/bin/sh
# To be sourced: a virtual screen for a test. Kill $server at the end.

# Start it, with a file for its number; sets server, and screen to what DISPLAY is to be. Fails
# where it does not come up.
start_xvfb() {
    Xvfb -displayfd 3 -screen 0 1400x900x24 3>"$1" 2>/dev/null &
    server=$!
    tries=100
    while [ ! -s "$1" ] && [ $tries -gt 0 ]; do sleep 0.1; tries=$((tries - 1)); done
    screen=:$(cat "$1")
    [ -s "$1" ]
}
