// core/transport/address.hpp: where a socket is, and what proves that one may come in.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <enginery/connection.hpp>

namespace enginery::transport {

/// An url of NNG's; one of tls+tcp has credentials, with which each side proves itself to the other.
struct Address {
  Address(std::string url) : url(std::move(url)) {}
  Address(std::string url, const std::optional<Credentials>& given)
      : url(std::move(url)), credentials(given ? std::make_shared<const Credentials>(*given) : nullptr) {}

  std::string url;
  std::shared_ptr<const Credentials> credentials{};
};

}  // namespace enginery::transport
