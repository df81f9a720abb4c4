// client/links/hub_line.hpp: a question to the hub, whichever process that is now.
#pragma once

#include <memory>

#include <enginery/connection.hpp>
#include <enginery/task_handle.hpp>

#include "core/transport/requester.hpp"
#include "core/wire/hub_wire.hpp"

namespace enginery {

/// What the hub said, and the connection that it came by: to be kept until it is quiet, then closed.
struct HubAnswer {
  wire::HubReply reply;
  std::unique_ptr<transport::Requester> line;
};

/// Asks over a new connection. A hub that has just died is waited for, since its launcher starts it anew. Throws
/// ConnectionError: there is no hub, or what it says is not understood; TimeoutError. Whether the hub's answer is `ok`
/// is for the caller to see.
HubAnswer ask_hub(const Connection& connection, const wire::HubRequest& request, Seconds timeout);

}  // namespace enginery
