import Compression
import Octets
import Testing

