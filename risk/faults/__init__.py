"""What stops it: fault trees and their minimal cut sets."""
