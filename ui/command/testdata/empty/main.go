// Command empty does nothing: what starting and ending any Go program costs.
package main

func main() {}
