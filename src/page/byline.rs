//! The byline: who made the article, with roles, wherever the page says so.
