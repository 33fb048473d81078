"""The only place where the layers meet: a function each, open -> call -> save."""
