// core/clusters/address.hpp: where a socket is, and what proves that one may come in.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <enginery/connection.hpp>

namespace enginery::cluster {

/// An url of NNG's; one of tls+tcp has credentials, with which each side proves itself to the other.
struct Address {
  Address(std::string url) : url(std::move(url)) {}
  Address(std::string url, const std::optional<Credentials>& given)
      : url(std::move(url)), credentials(given ? std::make_shared<const Credentials>(*given) : nullptr) {}

  /// The path of an address of this host's, as it stands in the url; empty for those that others can reach.
  std::string_view ipc_path() const {
    constexpr std::string_view kIpc = "ipc://";
    return url.starts_with(kIpc) ? std::string_view(url).substr(kIpc.size()) : std::string_view();
  }

  std::string url;
  std::shared_ptr<const Credentials> credentials{};
};

}  // namespace enginery::cluster
