"""The GraphQL API: a file per noun, each with its types, its queries and its mutations."""
