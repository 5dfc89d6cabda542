"""The MCP server, called by the SDK's own client."""

import asyncio
import sys
from pathlib import Path

import pytest
from conftest import ERROR
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client


@pytest.mark.filterwarnings("default")
def test_a_client_looks_up_and_reads_on(catalog: Path) -> None:
    async def session() -> None:
        params = StdioServerParameters(
            command=sys.executable, args=["-m", "kb.faces.cli", "mcp"], env={"KB_CATALOG": str(catalog)}
        )
        async with Client(stdio_client(params)) as client:
            tools = await client.list_tools()
            assert {t.name for t in tools.tools} == {"lookup_error", "get_entry"}

            found = await client.call_tool("lookup_error", {"error": ERROR})
            text = found.content[0].text  # type: ignore[union-attr]
            assert "`python/numpy-abi`" in text
            assert len(text) / 3.6 < 500
            assert found.structured_content and found.structured_content["decision"] == "match"

            more = await client.call_tool("get_entry", {"id": "python/numpy-abi", "section": "cause"})
            assert "## Root Cause" in more.content[0].text  # type: ignore[union-attr]

            for name, arguments in (
                ("get_entry", {"id": "no/such"}),
                ("get_entry", {"id": "python/numpy-abi", "section": "poem"}),
                ("lookup_error", {"error": ""}),
            ):
                failed = await client.call_tool(name, arguments)
                assert failed.is_error
                assert "Traceback" not in failed.content[0].text  # type: ignore[union-attr]

    asyncio.run(session())
