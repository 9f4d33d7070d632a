"""The story of one listen, told headless over real HTTP, Kafka, PostgreSQL and WebSocket (`make demo-once`)."""
