"""An OTLP/HTTP receiver that shares no code with Portico: Google's protobuf and the definitions OpenTelemetry publishes.

Listens on a free port of 127.0.0.1, says so in its first line, then writes one JSON object per span it was sent. What is no
OTLP is answered 400 and written as {"fault": ...}. Ends with its standard input.
"""

import gzip
import json
import logging
import os
import sys
import threading

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from werkzeug import Request, Response
from werkzeug.serving import make_server


def tell(what):
    print(json.dumps(what), flush=True)


def plain(attributes):
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in attributes}


def describe(resource, span):
    return {
        "resource": resource,
        "name": span.name,
        "kind": Span.SpanKind.Name(span.kind),
        "traceId": span.trace_id.hex(),
        "spanId": span.span_id.hex(),
        "parentSpanId": span.parent_span_id.hex(),
        "links": [{"traceId": link.trace_id.hex(), "spanId": link.span_id.hex()} for link in span.links],
        "attributes": plain(span.attributes),
        "events": [event.name for event in span.events],
        "status": Status.StatusCode.Name(span.status.code),
        "milliseconds": (span.end_time_unix_nano - span.start_time_unix_nano) / 1e6,
    }


def read(request):
    if request.path != "/v1/traces" or request.method != "POST":
        raise ValueError(f"nothing is received at {request.method} {request.path}")
    if request.mimetype != "application/x-protobuf":
        raise ValueError(f"unexpected media type {request.mimetype}")
    body = request.get_data()
    if request.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    message = ExportTraceServiceRequest()
    message.ParseFromString(body)
    return [
        describe(plain(batch.resource.attributes), span)
        for batch in message.resource_spans
        for scope in batch.scope_spans
        for span in scope.spans
    ]


@Request.application
def receive(request):
    try:
        spans = read(request)
    except (DecodeError, ValueError, OSError) as error:
        tell({"fault": str(error)})
        return Response(status=400)
    for span in spans:
        tell(span)
    return Response(ExportTraceServiceResponse().SerializeToString(), content_type="application/x-protobuf")


def end_with_input():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_input, daemon=True).start()
logging.getLogger("werkzeug").setLevel(logging.WARNING)
server = make_server("127.0.0.1", 0, receive, threaded=True)
tell({"url": f"http://127.0.0.1:{server.server_port}"})
server.serve_forever()
