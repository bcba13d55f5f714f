// stands in for the browser's part: these tests ask the HTTP interface only
