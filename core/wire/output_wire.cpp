// core/wire/output_wire.cpp: what tasks print, while they run, on the wire.
#include "core/wire/output_wire.hpp"

#include "core/wire/envelope.hpp"
#include "output_generated.h"

namespace enginery::wire {

using messages::Message;

Message encode(const MarkRequest& request) {
  auto& builder = fresh_builder();
  const auto engine = to_id<outputfb::Id>(request.engine), mark = to_id<outputfb::Id>(request.mark);
  builder.Finish(outputfb::CreateMarkRequest(builder, &engine, &mark));
  return frame(MessageKind::mark_request, written(builder));
}

MarkRequest decode_mark_request(const Opened& opened) {
  const auto& table = verified<outputfb::MarkRequest>(opened.envelope, "mark request");
  return {to_uuid(table.engine()), to_uuid(table.mark())};
}

Message encode(const Marked& marked) {
  auto& builder = fresh_builder();
  builder.Finish(outputfb::CreateMarked(builder, static_cast<std::uint8_t>(marked.status)));
  return frame(MessageKind::marked, written(builder));
}

Marked decode_marked(const Opened& opened) {
  const auto& table = verified<outputfb::Marked>(opened.envelope, "mark's answer");
  if (table.status() > static_cast<std::uint8_t>(session::Status::busy))
    throw ProtocolError(fmt::format("a mark's answer has the unknown status {}", table.status()));
  return {static_cast<session::Status>(table.status())};
}

Message encode(const Printed& printed) {
  auto& builder = fresh_builder();
  const auto engine = to_id<outputfb::Id>(printed.engine), session = to_id<outputfb::Id>(printed.session),
             mark = to_id<outputfb::Id>(printed.mark);
  const auto text =
      builder.CreateVector(reinterpret_cast<const std::uint8_t*>(printed.text.data()), printed.text.size());
  builder.Finish(outputfb::CreatePrinted(builder, &engine, printed.number, static_cast<std::uint8_t>(printed.stream),
                                         &session, printed.seq, &mark, printed.last, text));
  return frame(MessageKind::printed, written(builder), 0,
               std::as_bytes(std::span(kOutputTopic.data(), kOutputTopic.size())));
}

Printed decode_printed(const Opened& opened) {
  const auto& table = verified<outputfb::Printed>(opened.envelope, "printed text");
  if (table.stream() > static_cast<std::uint8_t>(Stream::none))
    throw ProtocolError(fmt::format("a printed text is of the unknown stream {}", table.stream()));
  Printed printed{to_uuid(table.engine()),
                  table.number(),
                  static_cast<Stream>(table.stream()),
                  to_uuid(table.session()),
                  table.seq(),
                  to_uuid(table.mark()),
                  table.last(),
                  {}};
  if (table.text()) printed.text = {reinterpret_cast<const char*>(table.text()->data()), table.text()->size()};
  return printed;
}

}  // namespace enginery::wire
